// Kestra's clients in Go: the SDK, the provider for Terraform, kestractl. They come as Go modules; where the module proxy does not have them, from
// checkouts of kestra-io/client-sdk, kestra-io/terraform-provider-kestra and kestra-io/kestractl side by side in the folder that
// BATUTA_CLIENT_SOURCES names.
import { execFile } from 'node:child_process'
import { cp, mkdir } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { NotToBeHad, type ClientCase } from './client-case.ts'

const run = promisify(execFile)
const HERE = import.meta.dirname
const BUILD_MAX_MS = 900_000
const OUTPUT_MAX = 16 * 2 ** 20
const SDK = 'github.com/kestra-io/client-sdk/go-sdk'
const SDK_VERSION = 'v1.3.0'
const PROVIDER = 'github.com/kestra-io/terraform-provider-kestra'
const PROVIDER_VERSION = 'v1.3.2'
const KESTRACTL = 'github.com/kestra-io/kestractl'

const NO_ASSETS = 'Kestra keeps no assets in its open edition, nor does this server.'
const SHORT_PASSWORD = 'The test chooses a password that is too weak here: twelve characters, and no common word.'
const NO_OWN_BLUEPRINTS = 'Blueprints of one’s own are kept under `blueprints/custom`, not in the paths of 1.2.'

export const GO_CLIENTS: readonly ClientCase[] = [
  {
    name: 'Go SDK, its own tests',
    dialect: '2.0',
    install: async () => {
      const module = await moduleFolder(SDK, SDK_VERSION)
      return address => script('go-sdk-suite.ts', address, module)
    },
    explainedAll: [
      [/Assets?API|[Aa]sset/, NO_ASSETS],
      [/[Bb]lueprint/, NO_OWN_BLUEPRINTS],
      [/UsersAPI_All\/(createUser|deleteUserAuthMethod|patchUserPassword)Test$/, SHORT_PASSWORD],
      [/updateCurrentUserPasswordTest$/, 'A password is changed by who knows it, not by a token.'],
      [
        /validateTestSuiteTest_invalid$/,
        'It wants the words "must not be empty" where this server says which property is missing.',
      ],
    ],
  },
  {
    name: 'Terraform provider',
    dialect: '1.3',
    install: async folder => {
      const source = join(folder, 'source')
      await cp(await moduleFolder(PROVIDER, PROVIDER_VERSION), source, { recursive: true })
      const sdk = checkout(SDK)
      if (sdk !== undefined) await go(source, ['mod', 'edit', '-replace', `${SDK}=${sdk}`])
      await mkdir(join(folder, 'bin'))
      await go(source, ['build', '-mod=mod', '-o', join(folder, 'bin', 'terraform-provider-kestra'), '.'])
      await run(process.env['TERRAFORM'] ?? 'terraform', ['version']).catch(() => {
        throw new NotToBeHad('there is no terraform; TERRAFORM may name one')
      })
      return address => script('terraform-client.ts', address, join(folder, 'bin'))
    },
  },
  {
    name: 'kestractl',
    dialect: '2.0',
    install: async folder => {
      const source = checkout(KESTRACTL)
      const program = join(folder, 'kestractl')
      await mkdir(folder, { recursive: true })
      if (source !== undefined) await go(source, ['build', '-o', program, '.'])
      else
        await run('go', ['install', `${KESTRACTL}@latest`], {
          env: { ...process.env, GOBIN: folder },
          timeout: BUILD_MAX_MS,
        }).catch(refused(KESTRACTL))
      return address => script('kestractl-lines.ts', address, program)
    },
  },
]

function script(name: string, ...args: readonly string[]): readonly [string, readonly string[]] {
  return [process.execPath, ['--disable-warning=ExperimentalWarning', join(HERE, name), ...args]]
}

async function go(folder: string, args: readonly string[]): Promise<void> {
  await run('go', [...args], { cwd: folder, timeout: BUILD_MAX_MS, maxBuffer: OUTPUT_MAX })
}

/** The folder of a module, or of the part of a repository that is one. */
function checkout(module: string): string | undefined {
  const sources = process.env['BATUTA_CLIENT_SOURCES']
  if (sources === undefined) return undefined
  const folder = join(sources, module.replace('github.com/kestra-io/', ''))
  return existsSync(folder) ? folder : undefined
}

async function moduleFolder(module: string, version: string): Promise<string> {
  const found = checkout(module)
  if (found !== undefined) return found
  const { stdout } = await run('go', ['mod', 'download', '-json', `${module}@${version}`], {
    timeout: BUILD_MAX_MS,
  }).catch(refused(module))
  const { Dir: folder } = JSON.parse(stdout) as { readonly Dir?: string }
  if (folder === undefined) throw new NotToBeHad(`${module}@${version} has no folder`)
  return folder
}

function refused(module: string): (error: unknown) => never {
  return error => {
    const why = error instanceof Error ? (error.message.split('\n').at(-2) ?? error.message) : String(error)
    throw new NotToBeHad(`${module} cannot be had: ${why}; BATUTA_CLIENT_SOURCES may name a folder with a checkout`)
  }
}
