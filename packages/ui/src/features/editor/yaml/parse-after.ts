// A text is parsed with what is known of the one before it, of which it is mostly a change: by one letter, as it is written.
import { TreeFragment, type Tree } from '@lezer/common'
import { parser } from '@lezer/yaml'
import { isWhole } from './first-error.ts'
import { replaceText } from './replace-text.ts'
import { YamlParser } from './yaml-parser.ts'

export interface ParsedText {
  readonly text: string
  readonly syntax: Tree
}

const yaml = new YamlParser(parser)

/** The same as of the text alone. */
export function parseAfter(before: ParsedText | undefined, text: string): Tree {
  const [edit] = before ? replaceText(before.text, text) : []
  if (!before || !edit) return yaml.parse(text)
  const { from, to, insert } = edit
  const change = { fromA: from, toA: to, fromB: from, toB: from + insert.length }
  const syntax = yaml.parse(text, TreeFragment.applyChanges(TreeFragment.addTree(before.syntax), [change]))
  // How it gets on behind an error depends on where it began.
  return isWhole(syntax) ? syntax : yaml.parse(text)
}

/** The same of a text alone, a little at a time: undefined until it is over. */
export function parseSlowly(text: string): () => Tree | undefined {
  const parse = yaml.startParse(text)
  return () => parse.advance() ?? undefined
}
