// Strangers' programs for the checks of this folder, built or installed once into a cache: OpenBao from its repository, the AWS emulator from its Python package.
// Neither is part of Batuta or of its install. OpenBao is the Vault that can be built from what is published: HashiCorp's own is put together with an SDK that
// its module does not carry. What is missing is said, and its checks are skipped:
//   BATUTA_VAULT=/path/to/bao       a program that is there, of OpenBao or of Vault
//   BATUTA_OPENBAO=/path/to/source  a checkout of OpenBao, where its repository cannot be reached from here
import { execFileSync, type ExecFileSyncOptions } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const CACHE = process.env['BATUTA_VAULTS_CACHE'] ?? join(homedir(), '.cache', 'batuta-vaults')
const OPENBAO = 'https://github.com/openbao/openbao.git'
const OPENBAO_TAG = 'v2.5.5'
const CLONE_MAX_MS = 300_000
const MOTO = 'moto[server,secretsmanager]==5.1.22'

/** The path of the program; undefined with a word why there is none. */
export function prepareVault(tell: (message: string) => void): string | undefined {
  const named = process.env['BATUTA_VAULT']
  if (named !== undefined) return named
  const folder = join(CACHE, `openbao-${OPENBAO_TAG}`)
  const program = join(folder, 'bao')
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  try {
    const source = process.env['BATUTA_OPENBAO'] ?? cloneOpenBao(folder)
    tell(`building OpenBao of ${source}: this takes a quarter of an hour on two cores, once`)
    // Under another name until it is whole.
    const made = join(folder, 'bao.new')
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod -buildvcs=false' }
    run('go', ['build', '-o', made, '.'], { cwd: source, env })
    renameSync(made, program)
    return program
  } catch (error) {
    tell(
      `OpenBao ${OPENBAO_TAG} cannot be built here: name a program by BATUTA_VAULT, or a checkout of ${OPENBAO} by BATUTA_OPENBAO (Go builds it). ${wordsOf(error)}`,
    )
    return undefined
  }
}

function cloneOpenBao(folder: string): string {
  const source = join(folder, 'source')
  rmSync(source, { recursive: true, force: true })
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' }
  run('git', ['clone', '--quiet', '--depth=1', `--branch=${OPENBAO_TAG}`, OPENBAO, source], {
    ...{ env, timeout: CLONE_MAX_MS },
  })
  return source
}

function run(program: string, args: readonly string[], options: ExecFileSyncOptions = {}): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options })
}

function wordsOf(error: unknown): string {
  return String(error).slice(0, 500)
}

export function prepareMoto(tell: (message: string) => void): string | undefined {
  const folder = join(CACHE, 'moto')
  const program = join(folder, 'bin', 'moto_server')
  if (existsSync(program)) return program
  mkdirSync(CACHE, { recursive: true })
  try {
    run('python3', ['-m', 'venv', folder])
    run(join(folder, 'bin', 'pip'), ['install', '-q', MOTO])
    return program
  } catch (error) {
    tell(`the AWS emulator cannot be installed: ${wordsOf(error)}`)
    return undefined
  }
}
