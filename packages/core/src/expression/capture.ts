import type { Frame, Step } from './frame.ts'
import { plainPrint, TextSink } from './sink.ts'

/** What a statement would print, as text; structures in Java's notation. */
export function capture(step: Step, frame: Frame): string {
  const sink = new TextSink(frame.fuel, plainPrint)
  frame.fuel.enter()
  try {
    step({ ...frame, sink })
  } finally {
    frame.fuel.leave()
  }
  return sink.text
}
