// An app out of its YAML, with line and column for every mistake. Types of blocks are written in full, as Kestra has them, or by one word.
import { schemeOf } from '../std/scheme-of.ts'
import type { Diagnostic } from '../std/diagnostic.ts'
import type { Catalogue } from '../flow/catalogue.ts'
import { nearest } from '../flow/nearest.ts'
import { openPositions } from '../flow/positions.ts'
import {
  LOG_LEVELS,
  booleanOf,
  choiceOf,
  fieldOf,
  join,
  mapOf,
  missing,
  placeOf,
  placesOf,
  refuseUnknown,
  report,
  requiredText,
  textOf,
  textsOf,
  type Place,
  type Reading,
} from '../flow/reading.ts'
import { readYaml } from '../flow/yaml.ts'
import {
  APP_EVENTS,
  BLOCK_SIZES,
  BLOCK_STYLES,
  type App,
  type AppAccess,
  type AppBlock,
  type AppStage,
  type AppTheme,
  type BlockSize,
  type BlockStyle,
} from './app.ts'

export interface ParsedApp {
  /** Absent when one of the diagnostics is an error. */
  readonly app?: App
  readonly diagnostics: readonly Diagnostic[]
}

export function parseApp(source: string, { catalogue }: { readonly catalogue: Catalogue }): ParsedApp {
  const { root, problems } = readYaml(source)
  const diagnostics: Diagnostic[] = []
  const reading: Reading = { catalogue, positions: openPositions(source, root), diagnostics, dialectMarks: [] }
  for (const problem of problems) report(reading, { ...problem, path: '' })
  const place = root === undefined ? undefined : placeOf(reading, root, '')
  if (place === undefined) return { diagnostics }
  const app = readApp(place)
  return diagnostics.some(({ severity }) => severity === 'error') ? { diagnostics } : { app, diagnostics }
}

const APP_KEYS = new Set([
  ...[
    'id',
    'type',
    'namespace',
    'flowId',
    'displayName',
    'description',
    'tags',
    'disabled',
    'access',
    'layout',
    'theme',
  ],
  ...['flowRevision', 'executionId', 'expiration', 'thumbnail', 'expression', 'uid'],
])
const WITHOUT_EFFECT = ['flowRevision', 'executionId', 'expiration', 'thumbnail', 'expression']
const APP_TYPE = 'io.kestra.plugin.ee.apps.Execution'
const ID = /^[a-zA-Z0-9][a-zA-Z0-9_-]*$/
const NAME_MAX = 150

function readApp(place: Place): App {
  refuseUnknown(place, APP_KEYS, 'an app')
  for (const key of WITHOUT_EFFECT)
    if (fieldOf(place, key) !== undefined) complain(place, key, `"${key}" of an app has no effect here.`, 'warning')
  const type = textOf(place, 'type')
  if (type !== undefined && type !== APP_TYPE)
    complain(place, 'type', `The type of an app is ${APP_TYPE}, and may be left out; "${type}" is none.`)
  const id = requiredText(place, 'id', 'an app')
  if (id !== '' && !ID.test(id)) complain(place, 'id', `The id "${id}" of an app has letters, digits, - and _ only.`)
  const displayName = textOf(place, 'displayName') ?? id
  if (displayName.length > NAME_MAX) complain(place, 'displayName', `The name has more than ${NAME_MAX} letters.`)
  const description = textOf(place, 'description')
  return {
    id,
    namespace: requiredText(place, 'namespace', 'an app'),
    flowId: requiredText(place, 'flowId', 'an app'),
    displayName,
    tags: textsOf(place, 'tags'),
    disabled: booleanOf(place, 'disabled', false),
    ...accessOf(place),
    theme: themeOf(place),
    stages: placesOf(place, 'layout').map(readStage),
    ...(description !== undefined && { description }),
  }
}

/** A word, or a map with more about it. */
function accessOf(place: Place): { readonly access: AppAccess; readonly isListed: boolean } {
  const node = fieldOf(place, 'access')
  if (node?.type !== 'map')
    return { access: choiceOf(place, 'access', ['PUBLIC', 'PRIVATE']) ?? 'PRIVATE', isListed: true }
  const inner = mapOf(place, 'access')
  if (!inner) return { access: 'PRIVATE', isListed: true }
  refuseUnknown(inner, new Set(['type', 'groups', 'catalog']), 'the access of an app')
  return {
    access: choiceOf(inner, 'type', ['PUBLIC', 'PRIVATE']) ?? 'PRIVATE',
    isListed: booleanOf(inner, 'catalog', true),
  }
}

const COLOURS = ['page', 'text', 'accent'] as const
const COLOUR = /^#[0-9a-fA-F]{6}$/
const CONTRAST_MIN = 4.5

function themeOf(place: Place): AppTheme {
  const inner = mapOf(place, 'theme')
  if (!inner) return {}
  refuseUnknown(inner, new Set(COLOURS), 'the theme of an app')
  const theme: { [Name in (typeof COLOURS)[number]]?: string } = {}
  for (const name of COLOURS) {
    const colour = textOf(inner, name)
    if (colour === undefined) continue
    if (COLOUR.test(colour)) theme[name] = colour
    else complain(inner, name, `"${colour}" is no colour: write it as "#1f6fe5".`)
  }
  judgeContrast(inner, theme)
  return theme
}

/** What cannot be read is said before anybody has to. */
function judgeContrast(place: Place, { page = '#ffffff', text = '#14181f', accent }: AppTheme): void {
  const found = contrastOf(page, text)
  if (found < CONTRAST_MIN)
    complain(
      place,
      'text',
      `The text "${text}" on "${page}" has a contrast of ${found.toFixed(1)}: 4.5 can be read.`,
      'warning',
    )
  if (accent === undefined) return
  const best = Math.max(contrastOf(accent, '#ffffff'), contrastOf(accent, '#14181f'))
  if (best < CONTRAST_MIN || contrastOf(accent, page) < 3)
    complain(place, 'accent', `Buttons in "${accent}" on "${page}" stand out too little.`, 'warning')
}

/** WCAG 2. */
export function contrastOf(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminanceOf(one), luminanceOf(other)].sort((left, right) => right - left)
  return (light + 0.05) / (dark + 0.05)
}

function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function readStage(place: Place): AppStage {
  refuseUnknown(place, new Set(['on', 'blocks']), 'a stage of the layout')
  const on = choiceOf(place, 'on', APP_EVENTS)
  if (on === undefined && fieldOf(place, 'on') === undefined) missing(place, 'on', 'a stage of the layout')
  return { on: on ?? 'OPEN', blocks: placesOf(place, 'blocks').flatMap(readBlock) }
}

/** By the last part of Kestra's names in lower case, or by our own word. */
const BLOCKS: Readonly<Record<string, (place: Place) => readonly AppBlock[]>> = {
  markdown: place => [{ type: 'markdown', content: requiredText(place, 'content', 'the block') }],
  alert: place => [
    {
      type: 'alert',
      content: textOf(place, 'content') ?? '',
      style: choiceOf(place, 'style', BLOCK_STYLES) ?? 'DEFAULT',
    },
  ],
  link: place => [{ type: 'link', url: addressOf(place), ...lookOf(place, 'Open') }],
  redirectto: place => [{ type: 'redirect', url: addressOf(place) }],
  loading: () => [{ type: 'loading' }],
  form: () => [{ type: 'form' }],
  createexecutionform: () => [{ type: 'form' }],
  createexecutionbutton: place => [{ type: 'submit', ...lookOf(place, 'Execute') }],
  cancelexecutionbutton: place => [{ type: 'cancel', ...lookOf(place, 'Cancel') }],
  resumeexecutionform: () => [{ type: 'answer' }],
  resumeexecutionbutton: place => [{ type: 'resume', ...lookOf(place, 'Resume') }],
  approval: place => [{ type: 'answer' }, { type: 'resume', ...lookOf(place, 'Send') }],
  inputs: () => [{ type: 'inputs' }],
  outputs: () => [{ type: 'outputs' }],
  logs: place => [logsOf(place)],
}

const ALIASES: Readonly<Record<string, string>> = {
  redirect: 'redirectto',
  submit: 'createexecutionbutton',
  cancel: 'cancelexecutionbutton',
}
const WORDS = [
  'markdown',
  'alert',
  'button',
  'link',
  'form',
  'submit',
  'cancel',
  'approval',
  'inputs',
  'outputs',
  'logs',
  'loading',
  'redirect',
]
const BLOCK_KEYS = new Set([
  'type',
  'content',
  'style',
  'size',
  'text',
  'url',
  'delay',
  'showIcon',
  'filter',
  'level',
  'taskIds',
])

function readBlock(place: Place): readonly AppBlock[] {
  refuseUnknown(place, BLOCK_KEYS, 'a block')
  const type = requiredText(place, 'type', 'a block')
  if (type === '') return []
  const name = (type.split('.').at(-1) ?? type).toLowerCase()
  // `button` starts the flow where it says nothing of an address.
  const known =
    name === 'button'
      ? textOf(place, 'url') === undefined
        ? 'createexecutionbutton'
        : 'link'
      : (ALIASES[name] ?? name)
  const read = Object.hasOwn(BLOCKS, known) ? BLOCKS[known] : undefined
  if (read) return read(place)
  const close = nearest(name, WORDS)
  const hint = close === undefined ? `Known are ${WORDS.join(', ')}.` : `Did you mean "${close}"?`
  complain(place, 'type', `There is no block "${type}". ${hint}`)
  return []
}

function lookOf(
  place: Place,
  text: string,
): { readonly text: string; readonly style: BlockStyle; readonly size: BlockSize } {
  return {
    text: textOf(place, 'text') ?? text,
    style: choiceOf(place, 'style', BLOCK_STYLES) ?? 'DEFAULT',
    size: choiceOf(place, 'size', BLOCK_SIZES) ?? 'DEFAULT',
  }
}

function addressOf(place: Place): string {
  const url = requiredText(place, 'url', 'the block')
  const scheme = schemeOf(url)
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https' && scheme !== 'mailto')
    complain(place, 'url', `An address begins with https:, http:, mailto: or /, and not with "${scheme}:".`)
  return url
}

function logsOf(place: Place): AppBlock {
  const filter = mapOf(place, 'filter')
  if (filter) refuseUnknown(filter, new Set(['logLevel', 'taskIds']), 'the filter of logs')
  const level = filter ? choiceOf(filter, 'logLevel', LOG_LEVELS) : choiceOf(place, 'level', LOG_LEVELS)
  return {
    type: 'logs',
    level: level ?? 'INFO',
    taskIds: filter ? textsOf(filter, 'taskIds') : textsOf(place, 'taskIds'),
  }
}

function complain(
  { reading, path, map }: Place,
  key: string,
  message: string,
  severity: 'error' | 'warning' = 'error',
): void {
  const offset = map.entries.get(key)?.value.start ?? map.start
  report(reading, { severity, code: 'invalid-app', message, path: join(path, key), offset })
}
