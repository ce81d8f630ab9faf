// The Go SDK's own tests against a fresh server: `go-sdk-suite.ts ADDRESS MODULE-FOLDER`. The module is copied, and only where its tests look for
// the server and with which password is put right. Prints one line of JSON for each test.
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

interface TestEvent {
  readonly Action: string
  readonly Test?: string
  readonly Output?: string
}

const ERROR_MAX = 400
const [address = '', moduleFolder = ''] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'batuta-go-sdk-'))
try {
  // The tests look for their flows beside the repository.
  const root = join(folder, 'repo', 'go-sdk')
  await cp(moduleFolder, root, { recursive: true })
  const flows = join(dirname(moduleFolder), 'test-utils')
  if (existsSync(flows)) await cp(flows, join(folder, 'test-utils'), { recursive: true })
  const setUp = join(root, 'test', 'common_test_setup.go')
  await writeFile(setUp, atHome(await readFile(setUp, 'utf8'), address))
  await run(root)
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** The suite makes the first user and signs in as they do, but for a longer password and a token against forged requests, which is not wanted here. */
function atHome(source: string, url: string): string {
  const token =
    'func fetchCsrfToken(httpClient *http.Client) (string, error) {\n\t_ = csrfMetaRe\n\treturn "none", nil\n}\n'
  return source
    .replace(/HOST(\s*)= "[^"]*"/, (_, gap: string) => `HOST${gap}= "${url}"`)
    .replace(/adminPassword = "[^"]*"/, () => 'adminPassword = "Root!1234-and-more"')
    .replace(/func fetchCsrfToken\(httpClient \*http\.Client\) \(string, error\) \{[^]*?\n\}\n/, () => token)
}

async function run(root: string): Promise<void> {
  const child = spawn('go', ['test', '-json', '-trimpath', '-count=1', '-mod=mod', './test/...'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const printed = new Map<string, string>()
  const ended = new Map<string, string>()
  const loose: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue
    const { Action, Test, Output = '' } = JSON.parse(line) as TestEvent
    if (Test === undefined) loose.push(Output)
    else if (Action === 'output') printed.set(Test, `${printed.get(Test) ?? ''}${Output}`)
    else if (['pass', 'fail', 'skip'].includes(Action)) ended.set(Test, Action)
  }
  // A test that holds others is none itself.
  const leaves = [...ended].filter(([name]) => ![...ended.keys()].some(other => other.startsWith(`${name}/`)))
  for (const [call, action] of leaves) {
    const error = (printed.get(call) ?? '').replace(/\s+/g, ' ').slice(0, ERROR_MAX)
    if (action === 'skip') print({ call, skipped: 'the suite leaves it out' })
    else print(action === 'pass' ? { call, ok: true } : { call, ok: false, error })
  }
  if (leaves.length === 0) print({ call: 'go test', ok: false, error: loose.join('').slice(-ERROR_MAX) })
}

function print(report: object): void {
  process.stdout.write(`${JSON.stringify(report)}\n`)
}
