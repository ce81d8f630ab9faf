// Strangers' programs for the checks of this folder, built or installed once into a cache: Vault from its Go module, the AWS emulator from its Python package.
// Neither is part of Batuta or of its install.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const CACHE = process.env['BATUTA_VAULTS_CACHE'] ?? join(homedir(), '.cache', 'batuta-vaults')
const VAULT = 'github.com/hashicorp/vault@v1.21.4'
/** Vault is built with the SDK of its own repository, which as a module of its own is another one: the published one that fits. */
const VAULT_SDK = 'github.com/hashicorp/vault/sdk'
const VAULT_SDK_VERSION = 'v0.20.0'
const MOTO = 'moto[server,secretsmanager]==5.1.22'

const MAIN = `// A development server of Vault, as its own program starts it.
package main

import (
	"os"

	"github.com/hashicorp/vault/command"
)

func main() { os.Exit(command.Run(os.Args[1:])) }
`

/** The path of the program; undefined with a word why there is none. BATUTA_VAULT may name one, of Vault or of OpenBao. */
export function prepareVault(tell: (message: string) => void): string | undefined {
  const named = process.env['BATUTA_VAULT']
  if (named !== undefined) return named
  const folder = join(CACHE, 'vault')
  const program = join(folder, 'vault')
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'main.go'), MAIN)
  const go = (...args: readonly string[]): void =>
    void execFileSync('go', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    if (!existsSync(join(folder, 'go.mod'))) go('mod', 'init', 'batuta.test/vault')
    tell(`building ${VAULT}: this takes a quarter of an hour on two cores, once`)
    go('get', VAULT)
    go('mod', 'tidy')
    // After the tidying, which looks at tests as well, and those want another one.
    go('mod', 'edit', '-replace', `${VAULT_SDK}=${VAULT_SDK}@${VAULT_SDK_VERSION}`)
    go('build', '-mod=mod', '-o', 'vault', '.')
    return program
  } catch (error) {
    // Its repository replaces the SDK by its own, which no published module of the SDK may fit.
    tell(`Vault cannot be built, BATUTA_VAULT may name one: ${String(error).slice(0, 500)}`)
    return undefined
  }
}

export function prepareMoto(tell: (message: string) => void): string | undefined {
  const folder = join(CACHE, 'moto')
  const program = join(folder, 'bin', 'moto_server')
  if (existsSync(program)) return program
  mkdirSync(CACHE, { recursive: true })
  try {
    execFileSync('python3', ['-m', 'venv', folder])
    execFileSync(join(folder, 'bin', 'pip'), ['install', '-q', MOTO], { stdio: ['ignore', 'ignore', 'pipe'] })
    return program
  } catch (error) {
    tell(`the AWS emulator cannot be installed: ${String(error).slice(0, 500)}`)
    return undefined
  }
}
