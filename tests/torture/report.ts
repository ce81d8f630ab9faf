// How the commands of the torture tell what came of it.
import type { TortureReport } from './torture.ts'

/** Ends with "N passed, N failed"; the process ends with 1 when a check failed. */
export function report({ checks, facts }: TortureReport): void {
  const failed = checks.filter(({ problems }) => problems.length > 0)
  for (const { name, problems } of failed)
    process.stdout.write(`FAILED ${name}\n${problems.map(line => `  ${line}\n`).join('')}`)
  process.stdout.write(`${JSON.stringify(facts)}\n${checks.length - failed.length} passed, ${failed.length} failed\n`)
  process.exitCode = failed.length === 0 ? 0 : 1
}

export function wholeOf(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`--${name} must be a whole number above 0, not "${text}"`)
}
