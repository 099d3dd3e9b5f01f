import { describe, expect, it } from 'vitest';
import { dataPathWords } from '../../src/experiment/data_path.ts';
import { DataMeter } from '../../src/lab/data_meter.ts';

/** A meter on a clock that a test moves. */
function meterAt(): { meter: DataMeter; wait: (milliseconds: number) => void } {
  let time = 1000;
  return { meter: new DataMeter(() => time), wait: (milliseconds) => (time += milliseconds) };
}

const rows = (mask: readonly number[]) => ({ rows: { mask: Float32Array.from(mask) } });

describe('a meter of the data path', () => {
  it('knows nothing before the first batch', () => {
    expect(meterAt().meter.report).toBeUndefined();
  });

  it('gives the share of real tokens, and that of the time of steps which batches took', async () => {
    const { meter, wait } = meterAt();
    for (const [mask, batch, rest] of [[[1, 1, 1, 0, 1, 0, 0], 3, 97], [[1, 1, 1, 1], 7, 193]] as const) {
      await meter.step(async () => {
        const made = meter.batch(() => {
          wait(batch);
          return rows(mask);
        });
        expect([...made.rows.mask]).toEqual(mask);
        wait(rest);
      });
      wait(1009);
    }
    expect(meter.report).toEqual({ realTokens: 8 / 11, waited: 10 / 300 });
  });
});

it('is told in a sentence', () => {
  expect(dataPathWords('distilled', { realTokens: 0.91249, waited: 0.0044 })).toBe('student distilled: 91.2 % of the computed tokens are real; 0.4 % of the time of its steps was spent waiting for data.');
});
