// npm run test:clients: the official clients of Kestra, unmodified, against this server. Each is installed into a folder of its own that goes
// afterwards, from the registry that pip and npm are set to; the server is the one that `npm start` starts. Prints a table, and fails for a call
// that failed without being explained.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT, startBatuta } from '../e2e/batuta.ts'
import { NotToBeHad, type CallReport, type ClientCase } from './client-case.ts'
import { GO_CLIENTS } from './go-clients.ts'

const run = promisify(execFile)
const HERE = import.meta.dirname
const INSTALL_MAX_MS = 300_000
const CALLS_MAX_MS = 300_000
const OUTPUT_MAX = 16 * 2 ** 20
const ENCRYPTION = 'kestra: { encryption: { secret-key: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= } }'

const CLIENTS: readonly ClientCase[] = [
  python('2.0.3', '2.0'),
  python('1.3.1', '1.3'),
  {
    name: '@kestra-io/kestra-sdk 0.24.1',
    dialect: '1.3',
    install: async folder => {
      await run(
        'npm',
        ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '@kestra-io/kestra-sdk@0.24.1'],
        {
          timeout: INSTALL_MAX_MS,
        },
      )
      const script = join(HERE, 'javascript-client.cjs')
      return address => [process.execPath, [script, address, join(folder, 'node_modules')]]
    },
    explained: { 'ExecutionsApi.createExecution': 'The client takes the one execution for a list of them.' },
  },
  ...['1.3', '2.0'].map(dialect => ({
    name: "the VS Code extension's calls",
    dialect,
    install: async () => (address: string) =>
      [process.execPath, [join(HERE, 'vscode-extension.mjs'), address]] as const,
  })),
  {
    name: "kestractl's lines, said to batuta",
    dialect: '1.3',
    install: async () => address =>
      [
        process.execPath,
        [
          '--disable-warning=ExperimentalWarning',
          join(HERE, 'kestractl-lines.ts'),
          address,
          join(ROOT, 'bin', 'batuta'),
        ],
      ] as const,
  },
  ...GO_CLIENTS,
]

function python(version: string, dialect: string): ClientCase {
  return {
    name: `kestrapy ${version}`,
    dialect,
    install: async folder => {
      await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_MAX_MS })
      // The package does not name all that it needs.
      const packages = [`kestrapy==${version}`, 'regex']
      await run(join(folder, 'bin', 'pip'), ['install', '--quiet', ...packages], { timeout: INSTALL_MAX_MS })
      return address => [join(folder, 'bin', 'python'), [join(HERE, 'python-client.py'), address]]
    },
  }
}

async function callsOf(client: ClientCase): Promise<readonly CallReport[]> {
  const folder = await mkdtemp(join(tmpdir(), 'batuta-client-'))
  try {
    const commandFor = await client.install(join(folder, 'client'))
    const server = await startBatuta({
      dataDir: join(folder, 'data'),
      // Secrets are kept only under a key.
      environment: { BATUTA_API_DIALECT: client.dialect, KESTRA_CONFIGURATION: ENCRYPTION },
    })
    try {
      const [program, args] = commandFor(server.address)
      const { stdout } = await run(program, [...args], { timeout: CALLS_MAX_MS, maxBuffer: OUTPUT_MAX })
      return stdout
        .split('\n')
        .filter(line => line.startsWith('{'))
        .map(line => JSON.parse(line) as CallReport)
    } finally {
      await server.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function explanationOf({ explained = {}, explainedAll = [] }: ClientCase, call: string): string | undefined {
  return explained[call] ?? explainedAll.find(([pattern]) => pattern.test(call))?.[1]
}

/** How many calls failed without being explained. */
async function judge(client: ClientCase): Promise<number> {
  const calls = await callsOf(client)
  const failed = calls.filter(({ ok, skipped }) => ok !== true && skipped === undefined)
  const fresh = failed.filter(({ call }) => explanationOf(client, call) === undefined)
  const counts = {
    calls: calls.length,
    passed: calls.filter(({ ok }) => ok === true).length,
    explained: failed.length - fresh.length,
    failed: fresh.length,
    'left out by the client': calls.filter(({ skipped }) => skipped !== undefined).length,
  }
  console.log(
    `${client.name} (dialect ${client.dialect}): ${Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}`,
  )
  for (const { call, error } of fresh) console.log(`  ${call}: ${error}`)
  if (counts.passed === 0) console.log('  nothing passed: see whether the client was installed')
  return fresh.length + (counts.passed === 0 ? 1 : 0)
}

// `npm run test:clients -- terraform` runs those whose name holds the word.
const wanted = (process.argv[2] ?? '').toLowerCase()
let unexplained = 0
for (const client of CLIENTS.filter(({ name }) => name.toLowerCase().includes(wanted)))
  try {
    unexplained += await judge(client)
  } catch (error) {
    if (!(error instanceof NotToBeHad)) throw error
    console.log(`${client.name}: not run, ${error.message}`)
  }
process.exitCode = unexplained === 0 ? 0 : 1
