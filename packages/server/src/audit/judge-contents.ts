// What stands in the texts of an execution: files it refers to (I15), chunks of log (I14), and secrets that should not be there (I18).
import type { ExecutionState, Plan } from '@batuta/core'
import { LEVEL_RANKS } from '../storage/levels.ts'
import type { Findings } from './findings.ts'
import type { LogChunk } from './ranges.ts'

/** A file of the execution itself, as the whole of a text: others may be written into a text by anybody. */
const OWN_FILE = /"(kestra:\/\/\/[^"\\?#]*\/executions\/([0-9A-Za-z]{22})\/[^"\\?#]*[^"\\?#/])"/g
const DELETING = /\.storage\.(Delete|Purge\w*)$|\.PurgeCurrentExecutionFiles$|\.storage\.PurgeCurrentExecutionFiles$/
const FILES_REMEMBERED_MAX = 10_000

export interface ContentOptions {
  readonly findings: Findings
  /** Undefined when there is no storage to look into. */
  readonly hasFile: ((uri: string) => Promise<boolean>) | undefined
  /** Texts that must appear nowhere, with their names. */
  readonly secrets: readonly Secret[]
}

export interface Secret {
  readonly name: string
  readonly text: string
}

export class ContentJudge {
  readonly #options: ContentOptions
  /** Files that are missing; judged at the end, when it is known whether anything here deletes files. */
  readonly #missing: { readonly id: string; readonly uri: string }[] = []
  #missingCount = 0
  #deleting: string | undefined

  constructor(options: ContentOptions) {
    this.#options = options
  }

  seeSecrets(id: string, place: string, text: string): void {
    const { findings, secrets } = this.#options
    if (secrets.length === 0) return
    findings.saw('I18')
    for (const secret of secrets)
      if (text.includes(secret.text)) findings.add('I18', id, `${place} holds the text of the secret ${secret.name}`)
  }

  /** The files that a journal row names. */
  filesIn(id: string, events: string): ReadonlySet<string> {
    if (!this.#options.hasFile || !events.includes('kestra:///')) return NO_FILES
    const uris = [...events.matchAll(OWN_FILE)].filter(match => match[2] === id).map(match => match[1] ?? '')
    return new Set(uris)
  }

  async judgeFiles(id: string, uris: ReadonlySet<string>, plan: Plan | undefined): Promise<void> {
    const { hasFile, findings } = this.#options
    const deletes = plan?.tasks.find(task => DELETING.test(task.type))
    if (plan && deletes) this.#deleting = `${plan.flow.namespace}.${plan.flow.id}`
    if (!hasFile || deletes) return
    findings.saw('I15', uris.size)
    for (const uri of uris) {
      if (await hasFile(uri)) continue
      this.#missingCount += 1
      if (this.#missing.length < FILES_REMEMBERED_MAX) this.#missing.push({ id, uri })
    }
  }

  /** A flow that deletes files may have deleted those of others: then missing ones prove nothing. */
  end(): void {
    const { findings } = this.#options
    if (this.#missingCount === 0) return
    if (this.#deleting !== undefined) {
      const [first] = this.#missing
      return findings.note(
        'I15',
        `${this.#missingCount} files are not there (the first: ${first?.uri ?? ''}); the flow ${this.#deleting} deletes files, so this proves nothing`,
      )
    }
    for (const { id, uri } of this.#missing) findings.add('I15', id, `it refers to ${uri}, which is not in the storage`)
  }

  judgeLog({ executionId, levelMax, lines }: LogChunk, state: ExecutionState | undefined): void {
    const { findings } = this.#options
    findings.saw('I14')
    const wrong = wrongInChunk(lines, levelMax, state?.runs.length)
    if (wrong !== undefined) findings.add('I14', executionId, wrong)
  }
}

const NO_FILES: ReadonlySet<string> = new Set()

function wrongInChunk(text: string, levelMax: number, runs: number | undefined): string | undefined {
  const lines = parse(text)
  if (!Array.isArray(lines) || lines.length === 0) return 'a chunk of its log is no list of lines'
  let highest = -1
  for (const line of lines) {
    if (!isLine(line)) return `a line of its log is not whole: ${JSON.stringify(line).slice(0, 120)}`
    highest = Math.max(highest, LEVEL_RANKS[line.level] ?? -1)
    if (runs !== undefined && line.run >= runs) return `its log has a line of run ${line.run}, and it has ${runs} runs`
  }
  if (highest !== levelMax) return `a chunk of its log says level ${levelMax}, its lines reach ${highest}`
  return undefined
}

interface Line {
  readonly atMs: number
  readonly level: string
  readonly message: string
  readonly run: number
}

function isLine(value: unknown): value is Line {
  if (typeof value !== 'object' || value === null) return false
  const isNumber = (name: string): boolean =>
    name in value && Number.isFinite(Object.getOwnPropertyDescriptor(value, name)?.value)
  const isText = (name: string): boolean => typeof Object.getOwnPropertyDescriptor(value, name)?.value === 'string'
  return isNumber('atMs') && isNumber('run') && isText('message') && isText('level')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // What it is not is told by the caller.
  }
}
