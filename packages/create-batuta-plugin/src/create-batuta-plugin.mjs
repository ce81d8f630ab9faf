#!/usr/bin/env node
// npm create batuta-plugin -- NAME [--group com.example] [--sdk PATH]: writes a folder with a plugin that works, to be changed from there.
import { cpSync, existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const TEMPLATE = join(import.meta.dirname, '..', 'template')
const USAGE = `usage: npm create batuta-plugin -- NAME [--group com.example] [--sdk PATH]

  NAME     what the plugin is about, in small letters: it becomes the package batuta-plugin-NAME
  --group  how the names of its types begin; com.example unless said
  --sdk    folder of the SDK, for work beside a checkout of Batuta; else the published one`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    group: { type: 'string', default: 'com.example' },
    sdk: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const [name = ''] = positionals
if (values.help || positionals.length !== 1) end(USAGE, values.help ? 0 : 2)
if (!/^[a-z][a-z0-9-]{0,60}$/.test(name)) end(`"${name}" cannot be a name: small letters, digits and dashes.`, 2)
if (!/^[a-z]\w*(\.\w+)*$/.test(values.group)) end(`"${values.group}" cannot be a group: as com.example.`, 2)
const folder = resolve(`batuta-plugin-${name}`)
if (existsSync(folder)) end(`"${folder}" is there already: take it away, or take another name.`, 2)

cpSync(TEMPLATE, folder, { recursive: true })
const words = {
  __NAME__: name,
  __TYPE__: `${values.group}.${name.replaceAll('-', '')}`,
  __SDK__: values.sdk === undefined ? '^0.1.0' : `file:${resolve(values.sdk)}`,
  __LETTER__: name.charAt(0).toUpperCase(),
}
for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!file.isFile()) continue
  const path = join(file.parentPath, file.name)
  const text = readFileSync(path, 'utf8')
  const filled = Object.entries(words).reduce((whole, [word, value]) => whole.replaceAll(word, value), text)
  if (filled !== text) writeFileSync(path, filled)
}
// npm leaves files of these names out of packages, or reads them as its own.
renameSync(join(folder, 'gitignore'), join(folder, '.gitignore'))
renameSync(join(folder, 'package.template.json'), join(folder, 'package.json'))
end(
  `${folder} is a plugin now. Go on with:

  cd batuta-plugin-${name}
  npm install
  npm test
  npm pack
  batuta plugin install ./batuta-plugin-${name}-1.0.0.tgz`,
  0,
)

function end(text, code) {
  process[code === 0 ? 'stdout' : 'stderr'].write(`${text}\n`)
  process.exit(code)
}
