// `render()`: a text found at run time is a template, too.
import { remember } from '../std/remember.ts'
import { fail } from './fault.ts'
import { Locals } from './frame.ts'
import type { Frame } from './frame.ts'
import { TextSink } from './sink.ts'
import { compileSource, renderToText } from './template.ts'

const PASSES_MAX = 100
const COMPILED_MAX = 500

const compileInner = [
  remember(COMPILED_MAX, text => compileSource(text, 1)),
  remember(COMPILED_MAX, text => compileSource(text, 2)),
] as const

/** Renders once, or until nothing changes any more; raw blocks survive every pass and lose their tags at the end. */
export function renderText(text: string, frame: Frame, isRecursive: boolean): string {
  const { dialect } = frame.program
  const passesMax = isRecursive ? PASSES_MAX : 1
  let current = text
  for (let pass = 0; pass < passesMax; pass++) {
    if (!current.includes('{')) return current
    const compiled = compileInner[dialect === 1 ? 0 : 1](current)
    const locals = frame.locals?.copy() ?? new Locals(undefined)
    const sink = new TextSink(frame.fuel)
    const next = renderToText(compiled, { ...frame, program: compiled.program, locals, sink, keepsRaw: true })
    if (!isRecursive || next === current) return stripRawTags(next)
    current = next
  }
  return fail('LIMIT', `Too many rendering attempts: after ${PASSES_MAX} passes the text still changes`)
}

const RAW_TAGS = /\{%-*\s*raw\s*-*%\}([^]*?)\{%-*\s*endraw\s*-*%\}/g

/** Raw tags that came out of data vanish too, as the last step of every rendering. */
export function stripRawTags(text: string): string {
  return text.includes('{%') && text.includes('endraw') ? text.replace(RAW_TAGS, '$1') : text
}
