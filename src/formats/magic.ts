import { FormatError } from './format_error.ts';

const UTF8 = 'Save the file as UTF-8 text.';

/** First bytes of files that people take for safetensors, with what to do about each. */
const SIGNATURES: readonly { readonly starts: readonly number[]; readonly is: string; readonly remedy: string }[] = [
  { starts: ascii('PK\x03\x04'), is: 'a zip archive (PyTorch weights or .npz)', remedy: convert() },
  { starts: [0x80, 0x02, 0x8a, 0x0a], is: 'a legacy PyTorch file', remedy: convert() },
  { starts: [0x89, ...ascii('HDF')], is: 'an HDF5 file (.h5)', remedy: convert() },
  { starts: [0x93, ...ascii('NUMPY')], is: 'a NumPy array (.npy)', remedy: convert() },
  { starts: ascii('GGUF'), is: 'a GGUF file', remedy: convert() },
  { starts: [0x1f, 0x8b], is: 'a gzip file', remedy: 'Unpack it first.' },
  { starts: ascii('version https://git-lfs'), is: 'a Git LFS pointer', remedy: 'Fetch the file itself with `git lfs pull`.' },
  { starts: [0xff, 0xfe], is: 'UTF-16 text', remedy: UTF8 },
  { starts: [0xfe, 0xff], is: 'UTF-16 text', remedy: UTF8 },
  { starts: ascii('<'), is: 'a web page', remedy: 'The address has no such file: check the folder or its address.' },
];

function ascii(text: string): number[] {
  return [...text].map((c) => c.charCodeAt(0));
}

function convert(): string {
  return 'Convert it in Python: model.save_pretrained(folder, safe_serialization=True).';
}

/**
 * A FormatError UnsupportedFormat when the first bytes are those of another well-known format, else undefined.
 *
 * Meant for a file that was already found not to be `expected`: a valid file may begin like another format by chance.
 */
export function recogniseOther(bytes: Uint8Array, where: string, expected: string): FormatError | undefined {
  const found = SIGNATURES.find(({ starts }) => starts.length <= bytes.length && starts.every((b, i) => bytes[i] === b));
  return found && new FormatError('UnsupportedFormat', where, expected, found.is, found.remedy);
}
