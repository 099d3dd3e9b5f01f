/** Hands bytes to the browser as a file to save. */
export function downloadBlob(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has its own reference once it has begun; a minute is enough for that.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Hands a text to the browser as a file to save. */
export function downloadText(name: string, text: string): void {
  downloadBlob(name, new Blob([text], { type: 'text/plain' }));
}
