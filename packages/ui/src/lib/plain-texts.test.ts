// What the page says stands in catalogues, so that another language can say it. This finds what was written beside them, as far as a pattern can.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const SOURCES = join(import.meta.dirname, '..')
/** The help is written as whole texts, like the documentation. */
const CATALOGUE = /(^|[-/])(messages|words|templates|help-topics)\.ts$/
/** A word, or several; an example such as `company.team` is the same in every language, and so are names. */
const SAYS = /^[A-Z][a-z]+[.:…]?$|^[A-Za-z][a-z]* [A-Za-z]/
const NAMES = /^(Batuta|Python|Markdown)$/
const PLACES = [
  /\b(?:aria-label|title|placeholder|label|alt|description)="([^"]*[A-Za-z]{2}[^"]*)"/g,
  /\b(?:title|text|label|hint|message|'aria-label'): ['`]([A-Z][^'`]*)['`]/g,
  /\b(?:aria-label|title|placeholder|label)=\{`([A-Za-z][^`$]*)\$/g,
  /\btip\('([^']+)'/g,
  /<\w[^<>]*>([A-Z][a-z]+[^<>{}]*)<\//g,
]

function plainTextsOf(source: string): readonly string[] {
  const code = source.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
  return PLACES.flatMap(place => [...code.matchAll(place)].map(match => match[1] ?? '')).filter(
    text => SAYS.test(text) && !NAMES.test(text),
  )
}

test('no text of the page stands outside of a catalogue', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
    file => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file) && !CATALOGUE.test(file),
  )
  const found = files.flatMap(file =>
    plainTextsOf(readFileSync(join(SOURCES, file), 'utf8')).map(text => `${file}: ${text}`),
  )

  assert.ok(files.length > 300)
  assert.deepEqual(found, [])
})

test('a text beside a catalogue is found, wherever it stands', () => {
  const planted = [
    '<button aria-label="Close the window" />',
    "showToast({ kind: 'success', text: 'Copied.' })",
    '<hr aria-label={`Width of ${name}`} />',
    "{...tip('Copy')}",
    '<Button onClick={run}>Try again</Button>',
  ]

  assert.deepEqual(
    planted.filter(line => plainTextsOf(line).length === 0),
    [],
  )
  assert.deepEqual(plainTextsOf('<input placeholder="company.team" title="YAML" />'), [])
})
