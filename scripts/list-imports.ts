// Reads which modules the files of a folder import, by the shape of the lines: the formatter keeps one statement's source on its last line.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Import {
  readonly file: string
  readonly target: string
}

const IMPORT = /^(?:import|export|\})(?:[^'\n]* from)? '([^']+)'|\bimport\('([^']+)'\)/gm

export function listImports(folder: string): readonly Import[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/.test(name))
    .flatMap(name => {
      const file = join(folder, name)
      return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(match => ({
        file,
        target: match[1] ?? match[2] ?? '',
      }))
    })
}
