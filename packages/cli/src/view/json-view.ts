import { printJsonLine } from '../print.ts'
import type { FollowView } from './follow-view.ts'

/** One JSON object a line: `execution` and `log` as they come, `end` with the final document. */
export function openJsonView(): FollowView {
  return {
    take: event => printJsonLine(event),
    close: last => {
      if (last !== undefined) printJsonLine({ type: 'end', state: last.state.current, execution: last })
    },
  }
}
