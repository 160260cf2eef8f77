/** A fault in one of the town's files, told in a line that an editor can jump to. */
export interface FileFault {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** `stations[12].containers[3].fraction`; empty when it is about the file as such. */
  readonly field: string
  /** What was expected, and the fix where it can be guessed. */
  readonly message: string
}

/** `towns/x/town.yaml:9  stations[0].lat: is missing` */
export function faultLine({ file, line, field, message }: FileFault): string {
  return `${file}:${line}  ${field === '' ? '' : `${field}: `}${message}`
}
