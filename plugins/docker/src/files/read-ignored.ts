// `.dockerignore`: what is not sent to be built from. The last pattern that matches decides; `!` takes back.
import { readFile } from 'node:fs/promises'
import { join, matchesGlob } from 'node:path'
import { PRIVATE_FOLDER } from '@batuta/plugin-sdk'

interface Rule {
  readonly pattern: string
  readonly isTakenBack: boolean
}

/** Judges names relative to the folder. The Dockerfile itself is always sent: the engine reads it there. */
export async function readIgnored(folder: string, dockerfile: string): Promise<(name: string) => boolean> {
  const text = await readFile(join(folder, '.dockerignore'), 'utf8').catch(() => '')
  const rules = text.split(/\r?\n/).flatMap(line => ruleOf(line) ?? [])
  return name => {
    if (name === PRIVATE_FOLDER || name.startsWith(`${PRIVATE_FOLDER}/`)) return true
    if (name === dockerfile || name === '.dockerignore') return false
    const last = rules.findLast(({ pattern }) => matches(name, pattern))
    return last !== undefined && !last.isTakenBack
  }
}

function ruleOf(line: string): Rule | undefined {
  const written = line.trim()
  if (written === '' || written.startsWith('#')) return undefined
  const isTakenBack = written.startsWith('!')
  const pattern = (isTakenBack ? written.slice(1) : written)
    .trim()
    .replace(/^(?:\.?\/)+/, '')
    .replace(/\/+$/, '')
  return pattern === '' ? undefined : { pattern, isTakenBack }
}

/** A folder stands for all that is in it. */
function matches(name: string, pattern: string): boolean {
  const parts = name.split('/')
  return parts.some((_, at) => matchesGlob(parts.slice(0, at + 1).join('/'), pattern))
}
