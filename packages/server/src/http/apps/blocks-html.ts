// The blocks of an app as HTML. Blocks between a form and its button belong to the form, so that one press sends all of it.
import {
  escapeHtml,
  isEncrypted,
  isList,
  isMap,
  jsonText,
  markdownHtml,
  parseMarkdown,
  printValue,
  type AppBlock,
  type BlockStyle,
  type ResolvedInput,
  type Value,
} from '@batuta/core'
import type { LogEntryDocument } from '../logs/read-logs.ts'
import { fieldNames, fieldsHtml } from './fields-html.ts'
import type { SeenExecution, Shown } from './view-app.ts'

/** What the blocks are about. */
export interface Scene {
  /** Address of the app. */
  readonly base: string
  /** `?run=…`, of the execution that is shown. */
  readonly query: string
  readonly execution: SeenExecution | undefined
  /** What the flow, or the run that waits, asks for. */
  readonly perInput: readonly ResolvedInput[]
  readonly isDecision: boolean
  readonly isTried: boolean
  /** What is wrong with all of it. */
  readonly problem: string | undefined
  linesOf(block: Extract<AppBlock, { readonly type: 'logs' }>): Promise<readonly LogEntryDocument[]>
}

export async function blocksHtml(blocks: readonly AppBlock[], scene: Scene): Promise<string> {
  const hasForm = blocks.some(
    ({ type }) => type === 'form' || type === 'answer' || type === 'submit' || type === 'resume',
  )
  const parts: string[] = []
  for (const block of blocks) parts.push(await blockHtml(block, { ...scene, isInForm: hasForm }))
  const inner = parts.filter(part => part !== '').join('\n')
  if (!hasForm) return `${problemHtml(scene)}${inner}`
  const isAnswer = scene.execution !== undefined
  const action = isAnswer ? `${scene.base}/answer${scene.query}` : scene.base
  const check = isAnswer ? '' : ` data-check="${escapeHtml(`${scene.base}?check=true`)}"`
  const fields = ` data-fields="${escapeHtml(fieldNames(scene.perInput))}"`
  return `<form method="post" action="${escapeHtml(action)}" enctype="multipart/form-data" novalidate${check}${fields}>${problemHtml(scene)}${inner}</form>`
}

function problemHtml({ problem }: Scene): string {
  return problem === undefined ? '' : `<div class="alert danger" role="alert"><p>${escapeHtml(problem)}</p></div>`
}

async function blockHtml(block: AppBlock, scene: Scene & { readonly isInForm: boolean }): Promise<string> {
  const { execution } = scene
  switch (block.type) {
    case 'markdown':
      return `<div class="prose">${markdownHtml(parseMarkdown(block.content))}</div>`
    case 'alert':
      return `<div class="alert ${STYLES[block.style]}" role="status">${markdownHtml(parseMarkdown(block.content))}</div>`
    case 'link':
      return `<div class="buttons"><a class="button ${lookOf(block)}" href="${escapeHtml(block.url === '?' ? scene.base : block.url)}" rel="noopener noreferrer">${escapeHtml(block.text)}</a></div>`
    case 'redirect':
      return `<p><a data-redirect href="${escapeHtml(block.url)}">Go on</a></p>`
    case 'loading':
      return '<p class="busy" role="status">One moment …</p>'
    case 'form':
      return execution ? '' : fieldsHtml(scene.perInput, scene)
    case 'submit':
      return execution ? '' : buttonHtml(block, '')
    case 'cancel':
      return execution?.isLive === true
        ? buttonHtml(
            block,
            ` formnovalidate formaction="${escapeHtml(`${scene.base}/cancel${scene.query}`)}"`,
            !scene.isInForm,
          )
        : ''
    case 'answer':
      return execution?.waiting ? `${questionHtml(execution)}${fieldsHtml(scene.perInput, scene)}` : ''
    case 'resume':
      return resumeHtml(block, scene)
    case 'inputs':
      return execution ? factsHtml(execution.inputs, scene) : ''
    case 'outputs':
      return execution ? factsHtml(execution.outputs, scene) : ''
    case 'logs':
      return logsHtml(await scene.linesOf(block))
  }
}

type Button = Extract<AppBlock, { readonly type: 'submit' | 'cancel' | 'resume' }>

function resumeHtml(block: Button, { execution, isDecision }: Scene): string {
  if (!execution?.waiting) return ''
  if (!isDecision) return buttonHtml(block, '')
  return `<div class="buttons">${decisionHtml('approve', 'Approve', lookOf(block))}${decisionHtml('deny', 'Deny', 'plain')}</div>`
}

export function decisionHtml(value: string, text: string, look: string): string {
  return `<button type="submit" name="decision" value="${value}" class="${look}">${escapeHtml(text)}</button>`
}

/** Where a button stands outside of the form, it has one of its own. */
function buttonHtml(block: Button, attributes: string, isAlone = false): string {
  const button = `<button type="submit" class="${lookOf(block)}"${attributes}>${escapeHtml(block.text)}</button>`
  if (!isAlone) return `<div class="buttons">${button}</div>`
  return `<form method="post" class="buttons">${button}</form>`
}

const STYLES: Readonly<Record<BlockStyle, string>> = {
  DEFAULT: '',
  INFO: '',
  SUCCESS: 'success',
  WARNING: 'warning',
  DANGER: 'danger',
  ERROR: 'danger',
}

function lookOf({ type, style, size }: Pick<Button, 'style' | 'size'> & { readonly type: AppBlock['type'] }): string {
  const colour = style === 'DEFAULT' && (type === 'cancel' || type === 'link') ? 'plain' : STYLES[style]
  return `${colour} ${size === 'DEFAULT' ? '' : size.toLowerCase()}`.trim()
}

function questionHtml({ waiting }: SeenExecution): string {
  return waiting?.question === undefined
    ? ''
    : `<div class="prose">${markdownHtml(parseMarkdown(waiting.question))}</div>`
}

function factsHtml(shown: readonly Shown[], scene: Pick<Scene, 'base' | 'query'>): string {
  if (shown.length === 0) return ''
  const rows = shown.map(
    ({ id, title, value }) => `<dt>${escapeHtml(title)}</dt><dd>${valueHtml(id, value, scene)}</dd>`,
  )
  return `<dl class="facts">${rows.join('')}</dl>`
}

function valueHtml(id: string, value: Value, { base, query }: Pick<Scene, 'base' | 'query'>): string {
  if (isEncrypted(value)) return '●●●'
  if (typeof value === 'string' && value.startsWith('kestra://')) {
    const name = decodeURIComponent(value.slice(value.lastIndexOf('/') + 1))
    const to = `${base}/file/${encodeURIComponent(id)}${query}`
    return `<a href="${escapeHtml(to)}" download="${escapeHtml(name)}">${escapeHtml(name)}</a>`
  }
  if (isList(value) || isMap(value)) return `<pre tabindex="0">${escapeHtml(jsonText(value))}</pre>`
  return escapeHtml(value === null ? '–' : printValue(value))
}

function logsHtml(lines: readonly LogEntryDocument[]): string {
  if (lines.length === 0) return ''
  const rows = lines.map(
    ({ timestamp, level, message }) => `<li>${timestamp.slice(11, 19)} ${level} ${escapeHtml(message)}</li>`,
  )
  return `<ul class="logs" role="log" tabindex="0" aria-label="Log">${rows.join('')}</ul>`
}
