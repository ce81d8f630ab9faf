// The server's own log: one line a message, to standard error; standard output belongs to what was asked for.
export interface Log {
  info(message: string): void
  warn(message: string, error?: unknown): void
  error(message: string, error?: unknown): void
}

export function newLog(out: { write(text: string): unknown }, now: () => Date = () => new Date()): Log {
  const write = (level: string, message: string, error?: unknown): void => {
    out.write(`${now().toISOString()} ${level} ${message}${error === undefined ? '' : `: ${reasonOf(error)}`}\n`)
  }
  return {
    info: message => write('INFO', message),
    warn: (message, error) => write('WARN', message, error),
    error: (message, error) => write('ERROR', message, error),
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${process.env['BATUTA_DEBUG'] === '1' ? (error.stack ?? error.message) : error.message}${cause}`
}
