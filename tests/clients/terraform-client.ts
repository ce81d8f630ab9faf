// Kestra's provider for Terraform, unmodified: `terraform-client.ts ADDRESS PROVIDER-FOLDER`. Applies terraform/main.tf, changes everything in it,
// looks for differences and destroys it. Prints one line of JSON for each resource and step.
import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

interface Event {
  readonly type?: string
  readonly '@level'?: string
  readonly '@message'?: string
  readonly diagnostic?: {
    readonly severity: string
    readonly summary: string
    readonly detail?: string
    readonly address?: string
  }
  readonly hook?: { readonly resource?: { readonly addr: string }; readonly action?: string }
}

const [address = '', providerFolder = ''] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'batuta-terraform-'))
try {
  await cp(join(import.meta.dirname, 'terraform'), folder, { recursive: true })
  const rc = join(folder, 'terraform.rc')
  await writeFile(
    rc,
    `provider_installation {\n  dev_overrides { "kestra-io/kestra" = "${providerFolder}" }\n  direct {}\n}\n`,
  )
  const given = (revision: number): readonly string[] => [`-var=url=${address}`, `-var=revision=${revision}`]
  await step('create', ['apply', '-auto-approve', '-json', ...given(1)], rc)
  await compare('create', given(1), rc)
  await step('change', ['apply', '-auto-approve', '-json', ...given(2)], rc)
  await compare('change', given(2), rc)
  await step('destroy', ['destroy', '-auto-approve', '-json', ...given(2)], rc)
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Each resource that was worked on is a call. */
async function step(name: string, args: readonly string[], rc: string): Promise<void> {
  const errors = new Map<string, string>()
  const { exitCode, events } = await terraform(args, rc)
  for (const { diagnostic } of events)
    if (diagnostic?.severity === 'error')
      errors.set(diagnostic.address ?? '', `${diagnostic.summary} ${diagnostic.detail ?? ''}`.slice(0, 400))
  for (const { type, hook } of events) {
    const addr = hook?.resource?.addr ?? ''
    if (type === 'apply_complete') print(`${name} ${addr}`)
    if (type === 'refresh_complete') print(`read ${addr} before ${name}`)
    if (type === 'apply_errored') print(`${name} ${addr}`, errors.get(addr) ?? 'refused')
  }
  const general = errors.get('')
  if (exitCode !== 0 && (errors.size === 0 || general !== undefined)) print(name, general ?? `ended with ${exitCode}`)
}

/** What was applied must be read again as it was applied. */
async function compare(name: string, given: readonly string[], rc: string): Promise<void> {
  const { events } = await terraform(['plan', '-json', ...given], rc)
  // What the server fills in is drift, and no change that is planned.
  const changes = events.filter(({ type }) => type === 'planned_change')
  const wrong = changes.map(({ '@message': message = '' }) => message)
  const failed = events.find(({ '@level': level }) => level === 'error')
  print(`nothing differs after ${name}`, failed?.['@message'] ?? (wrong.length === 0 ? undefined : wrong.join('; ')))
}

async function terraform(
  args: readonly string[],
  rc: string,
): Promise<{ readonly exitCode: number | null; readonly events: readonly Event[] }> {
  const child = spawn(process.env['TERRAFORM'] ?? 'terraform', args, {
    cwd: folder,
    env: { ...process.env, TF_CLI_CONFIG_FILE: rc, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const events: Event[] = []
  for await (const line of createInterface({ input: child.stdout }))
    if (line.startsWith('{')) events.push(JSON.parse(line) as Event)
  const exitCode = child.exitCode ?? (await new Promise<number | null>(resolve => child.once('close', resolve)))
  return { exitCode, events }
}

function print(call: string, error?: string): void {
  process.stdout.write(`${JSON.stringify(error === undefined ? { call, ok: true } : { call, ok: false, error })}\n`)
}
