import { toReport } from '../fault/fault.ts';
import { encodeHere } from '../lab/encode.ts';
import { KeptTokens } from '../store/tokens.ts';
import { keeping } from './kept_encode.ts';
import type { TokenizerCommand, TokenizerEvent } from './tokenizer_protocol.ts';
import { TokenizingTask } from './tokenizing_task.ts';

/** The tokenizing worker: makes the token ids of one run's rows beside the thread that trains, or finds them where they are kept. */

const tell = (event: TokenizerEvent, transfer: Transferable[] = []): void => self.postMessage(event, { transfer });
const task = new TokenizingTask(keeping(new KeptTokens(), encodeHere), tell);

self.addEventListener('message', ({ data }: MessageEvent<TokenizerCommand>) => {
  task.take(data).catch((error: unknown) => tell({ type: 'fault', fault: toReport(error) }));
});
