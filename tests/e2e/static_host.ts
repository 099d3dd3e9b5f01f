import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const MIME: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.svg': 'image/svg+xml' };

/** A plain static host, such as GitHub Pages: a folder under a sub-path, and no security headers. */
export async function staticHost(root: string, subPath: string): Promise<{ address: string; close: () => void }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    try {
      if (!path.startsWith(subPath)) throw new Error('outside');
      const name = decodeURIComponent(path.slice(subPath.length)) || 'index.html';
      const body = readFileSync(join(root, name));
      response.writeHead(200, { 'Content-Type': MIME[extname(name)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    address: `http://127.0.0.1:${port}${subPath}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
