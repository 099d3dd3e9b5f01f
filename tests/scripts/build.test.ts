import { describe, expect, it } from 'vitest';
import { withFileList } from '../../scripts/build/app_files.ts';
import { notices, packagesIn, stylesIn } from '../../scripts/build/third_party.ts';
import { RESPONSE_HEADERS } from '../../src/response_headers.ts';
import { ownAddress } from '../../src/trusted_url.ts';

describe('the service worker', () => {
  it('is told its files and its version', () => {
    expect(withFileList('const a=__PRECACHE__,b=__VERSION__;', ['x.js', 'y z.css'], '7f')).toBe('const a=["x.js","y z.css"],b="7f";');
  });

  it.each(['const a=__PRECACHE__;', 'import"./a.js";__PRECACHE__;__VERSION__', 'const a=__PRECACHE__,b=__VERSION__;export {a}'])('is refused as "%s"', (code) => {
    expect(() => withFileList(code, [], '1')).toThrow('the service worker');
  });
});

describe('third-party notices', () => {
  it('name the package of a module', () => {
    expect(packagesIn('/home/node_modules/@tensorflow/tfjs-core/dist/a.js')).toEqual(['@tensorflow/tfjs-core']);
    expect(packagesIn('/home/node_modules/a/node_modules/long/src/long.js?commonjs')).toEqual(['long']);
    expect(packagesIn('/home/src/main.ts')).toEqual([]);
    expect(stylesIn('/home/src/base.css', "@import '@picocss/pico/css/pico.css'; @import './own.css'; @import url(\"normal/a.css\");")).toEqual(['@picocss/pico', 'normal']);
  });

  it('give each licence text once, below all its packages', () => {
    const text = notices(['@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-core', 'seedrandom', 'svelte']);
    expect(text).toMatch(/tfjs-backend-wasm 4\.22\.0 \(Apache-2\.0\)\n.*XNNPACK[\s\S]*tfjs-core 4\.22\.0/);
    expect(text.match(/TERMS AND CONDITIONS FOR USE/g)).toHaveLength(1);
    expect(text).toContain('Copyright (c) David Bau');
    expect(text).toContain('Svelte Contributors');
  });
});

it('lets no text become code, and models alone come from elsewhere', () => {
  const policy = RESPONSE_HEADERS['Content-Security-Policy'] ?? '';
  for (const rule of ["default-src 'none'", "connect-src 'self' https:;", "require-trusted-types-for 'script'", "'wasm-unsafe-eval'"]) expect(policy).toContain(rule);
  for (const gap of ["'unsafe-eval'", "'unsafe-inline'", 'http:', '*']) expect(policy).not.toContain(gap);
  expect(policy.split(';').filter((rule) => rule.includes('https:')).map((rule) => rule.trim().split(' ')[0])).toEqual(['connect-src']);
});

it('starts workers of its own origin only', () => {
  expect(ownAddress('assets/w.js', 'https://a.example/lab/')).toBe('https://a.example/lab/assets/w.js');
  expect(() => ownAddress('https://b.example/w.js', 'https://a.example/lab/')).toThrow('must come from https://a.example');
  expect(() => ownAddress('data:text/javascript,1', 'https://a.example/')).toThrow(TypeError);
});
