import { Fault } from '../fault/fault.ts';

/** What can be wrong with bytes from outside. The safetensors codes mirror the reference implementation's names. */
export type FormatCode =
  | 'HeaderTooSmall' | 'HeaderTooLarge' | 'InvalidHeader' | 'InvalidHeaderStart' | 'InvalidHeaderLength'
  | 'InvalidHeaderDeserialization' | 'MetadataIncompleteBuffer' | 'InvalidOffset' | 'TensorInvalidInfo'
  | 'ValidationOverflow' | 'DuplicateName' | 'BadInteger' | 'NotFinite' | 'UnsupportedDtype'
  | 'NotJson' | 'NotUtf8' | 'BadConfig' | 'BadTokenizer' | 'TokenizerMismatch' | 'MissingFile' | 'UnsupportedFormat'
  | 'EmptyFile' | 'MissingColumn' | 'UnknownLabel' | 'BadRow' | 'TensorMismatch' | 'TooLarge'
  | 'BadArchive' | 'BadPickle' | 'UnsafePickle' | 'BadParquet';

/** Bytes from outside that are not what they should be; nothing of the file has been used when it is thrown. */
export class FormatError extends Fault {
  declare readonly code: FormatCode;

  constructor(code: FormatCode, where: string, expected: string, got: string, remedy: string) {
    super({ code, where, expected, got, remedy });
    this.name = 'FormatError';
  }
}
