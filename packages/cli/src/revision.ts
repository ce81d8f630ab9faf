import { CommandError, EXIT } from './exit-code.ts'

export function parseRevision(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new CommandError(EXIT.usage, `"${text}" is no revision: they count from 1`)
}
