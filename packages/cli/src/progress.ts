// How far long work has come: a bar that is drawn anew on a terminal, a line now and then elsewhere, nothing with --quiet. It goes to stderr, so
// that what a command prints stays its result.
import { isTalking } from './print.ts'

export interface Progress {
  /** One more is done; what it was is shown beside the bar. */
  step(what: string): void
  /** Takes the bar away. */
  end(): void
}

const BAR_WIDTH = 24
/** A bar for less would be gone before it is seen. */
const WORTH_A_BAR = 4
const LINES_MAX = 10
const USUAL_COLUMNS = 80
const ERASE_LINE = '\r\x1b[2K'

export function openProgress(label: string, total: number): Progress {
  const out = process.stderr
  if (!isTalking() || total < WORTH_A_BAR) return { step: () => undefined, end: () => undefined }
  let count = 0
  if (!out.isTTY) {
    const every = Math.max(1, Math.ceil(total / LINES_MAX))
    return {
      step: () => {
        count += 1
        if (total > LINES_MAX * 2 && count % every === 0) out.write(`${label}: ${count} of ${total}\n`)
      },
      end: () => undefined,
    }
  }
  return {
    step: what => {
      count += 1
      const filled = Math.round((BAR_WIDTH * Math.min(count, total)) / total)
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`
      const line = `${label} ${bar} ${count}/${total}  ${what}`
      out.write(`${ERASE_LINE}${line.slice(0, (out.columns || USUAL_COLUMNS) - 1)}`)
    },
    end: () => void out.write(ERASE_LINE),
  }
}
