import assert from 'node:assert/strict'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { runTask } from '@batuta/plugin-sdk'
import type { TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from '../index.ts'
import { openRun } from '../testing/run-type.ts'

/** Type → program, and the words before the file. */
const PROGRAMS: readonly (readonly [type: string, program: string, before: readonly string[], extension: string])[] = [
  ['bun', 'bun', ['run'], '.ts'],
  ['deno', 'deno', ['run'], '.ts'],
  ['dotnet', 'dotnet-script', [], '.csx'],
  ['go', 'go', ['run'], '.go'],
  ['groovy', 'groovy', [], '.groovy'],
  ['jbang', 'jbang', ['--quiet'], '.java'],
  ['julia', 'julia', [], '.jl'],
  ['lua', 'lua', [], '.lua'],
  ['perl', 'perl', [], '.pl'],
  ['php', 'php', [], '.php'],
  ['r', 'Rscript', [], '.R'],
  ['ruby', 'ruby', [], '.rb'],
]

for (const [type, program, before, extension] of PROGRAMS) {
  test(`a script of ${type} is a file that ${program} runs`, async t => {
    const { run, path } = await withPrograms(t, [program, 'dotnet'])

    const result = await runScriptOf(run, type, { script: 'line {{ 1 + 1 }}', env: { PATH: path } })

    const [words = '', content] = result.logs.map(line => line.message)
    assert.equal(result.state, 'SUCCESS', result.message)
    assert.match(words, new RegExp(`^${[program, ...before].join(' ')} /\\S*/s\\w+\\${extension}$`))
    assert.equal(content, 'line 2')
    assert.deepEqual(result.outputs, { exitCode: 0, vars: { from: program }, outputFiles: {} })
  })
}

test('a worker without the program says what is missing and where else the script can run', async t => {
  const { run, path } = await withPrograms(t, [])

  const result = await runScriptOf(run, 'ruby', { script: 'puts 1', env: { PATH: path } })

  assert.match(result.message ?? '', /^"ruby" is not on the PATH of this worker: install Ruby there/)
  assert.match(result.message ?? '', /taskRunner: \{ type: io\.kestra\.plugin\.scripts\.runner\.docker\.Docker \}/)
})

test('what a language compiles and fetches is kept for the next script of the namespace, unless the author says where', async t => {
  const { run, path } = await withPrograms(t, ['go'])
  const show = { beforeCommands: ['echo $GOCACHE'], script: 'x' }

  const own = await runScriptOf(run, 'go', { ...show, env: { PATH: path, GOCACHE: '/somewhere' } })
  await runScriptOf(run, 'go', { ...show, env: { PATH: path } })

  const folders = own.logs.map(line => line.message).filter(line => line.startsWith('/'))
  assert.deepEqual(folders, ['/somewhere', join(run.ctx.cacheDir, 'go/main/test/build')])
})

test('commands before the script may bring the program', async t => {
  const { run, path } = await withPrograms(t, ['ruby'])

  const result = await runScriptOf(run, 'ruby', { script: 'puts 1', beforeCommands: [`PATH=$PATH:${path}`] })

  assert.equal(result.state, 'SUCCESS', result.message)
})

test('PowerShell takes the commands itself, stops at the first failure, and gives the exit code of a script', async t => {
  const { run, path } = await withPrograms(t, ['pwsh'])

  const script = await runScriptOf(run, 'powershell', { script: 'exit 3', env: { PATH: path } })
  const commands = await runCommandsOf(run, 'powershell', {
    commands: ['Get-Date', 'Get-Item .'],
    beforeCommands: ['Set-Location .'],
    failFast: false,
    env: { PATH: path },
  })

  const said = script.logs.map(line => line.message).join('\n')
  assert.match(
    said,
    /^pwsh -NoProfile -NonInteractive -Command \$ErrorActionPreference = 'Stop'\n& '\/\S+\.ps1'\nif \(\$LASTEXITCODE\) \{ exit \$LASTEXITCODE \}/,
  )
  assert.match(commands.logs.map(line => line.message).join('\n'), /-Command Set-Location \.\nGet-Date\nGet-Item \.$/)
})

test('an option of JBang says the kind of the file, and logs more where it is wanted', async t => {
  const { run, path } = await withPrograms(t, ['jbang'])

  const result = await runScriptOf(run, 'jbang', { script: 'x', extension: 'kt', quiet: false, env: { PATH: path } })

  assert.match(result.logs[0]?.message ?? '', /^jbang \/\S+\.kt$/)
})

test('Perl runs for real: outputs, files, and the exit code of a script that dies', async t => {
  const run = await openRun(t)
  const script = `open my $f, '>', 'out.txt'; print $f "x"; close $f; print '::{"outputs":{"sum":3}}::', "\\n";`

  const result = await runScriptOf(run, 'perl', { script, outputFiles: ['*'] })
  const failed = await runScriptOf(run, 'perl', { script: 'die "broken\\n"' })
  const commands = await runCommandsOf(run, 'perl', { commands: [`perl -e 'print "hello\\n"; exit 4'`] })

  assert.deepEqual(result.outputs['vars'], { sum: 3 }, result.message)
  assert.deepEqual(Object.keys(result.outputs['outputFiles'] as ValueMap), ['out.txt'])
  assert.equal(failed.message, 'the command failed with exit code 255')
  assert.ok(run.logs.some(line => line.level === 'ERROR' && line.message === 'broken'))
  assert.equal(commands.outputs['exitCode'], 4)
})

function runScriptOf(run: TestRun, type: string, properties: ValueMap): Promise<TestResult> {
  return runAs(run, `${type}.Script`, properties)
}

function runCommandsOf(run: TestRun, type: string, properties: ValueMap): Promise<TestResult> {
  return runAs(run, `${type}.Commands`, properties)
}

async function runAs(run: TestRun, type: string, properties: ValueMap): Promise<TestResult> {
  const task = tasks.find(each => each.type === `io.kestra.plugin.scripts.${type}`)
  assert.ok(task, type)
  return await runTask(task, properties, run)
}

/** Programs that say how they were called and what the file holds that they were given. */
async function withPrograms(
  t: TestContext,
  names: readonly string[],
): Promise<{ readonly run: TestRun; readonly path: string }> {
  const run = await openRun(t)
  const folder = join(run.workDir, '..', 'programs')
  await mkdir(folder, { recursive: true })
  for (const name of names) {
    const text = [
      '#!/bin/sh',
      `echo "${name} $*"`,
      'for file in "$@"; do :; done',
      '[ -f "$file" ] && { /bin/cat "$file"; echo; }',
      `echo '::{"outputs":{"from":"${name}"}}::'`,
    ]
    await writeFile(join(folder, name), text.join('\n'))
    await chmod(join(folder, name), 0o755)
  }
  return { run, path: folder }
}
