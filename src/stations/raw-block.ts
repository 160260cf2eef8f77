/** What a file's parser handed over, looked into before its shape is known to be right. */

export type Block = Readonly<Record<string, unknown>>

export function block(value: unknown): Block {
  return typeof value === 'object' && value !== null ? (value as Block) : {}
}
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
export function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
