// The keys that are configured for encryption: the first one encrypts, the others still open what they encrypted before.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { BatutaError, isList, printValue, type Value } from '@batuta/core'
import type { Sources } from './sources.ts'

/** @throws {BatutaError} `config-invalid` when the file cannot be read. */
export function readEncryptionKeys(sources: Sources, cwd: string): readonly string[] {
  const key = sources.text('kestra.encryption.secret-key', 'BATUTA_ENCRYPTION_KEY')
  const file = sources.text('encryption.key-file', 'BATUTA_ENCRYPTION_KEY_FILE')
  const old = sources.list('encryption.old-keys', 'BATUTA_ENCRYPTION_OLD_KEYS')
  const listed = sources.value('encryption.old-keys')
  const keys = [key, ...(file === undefined ? [] : linesOf(resolve(cwd, file))), ...textsOf(listed), ...old]
  return [...new Set(keys.flatMap(text => (text === undefined || text === '' ? [] : [text])))]
}

function textsOf(value: Value | undefined): readonly string[] {
  return value !== undefined && isList(value) ? value.map(item => printValue(item).trim()) : []
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '' && !line.startsWith('#'))
  } catch (cause) {
    throw new BatutaError('config-invalid', `The file of encryption keys "${file}" cannot be read.`, { cause })
  }
}
