import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import { terraformCli } from './terraform-cli.ts'

const FAKE =
  '#!/bin/sh\necho "terraform $@ in $TF_IN_AUTOMATION"\n[ "$1" = destroy ] && exit 1\necho "{}" > terraform.tfstate\n'

test('commands run one after the other, and files are kept; one that fails ends them', async t => {
  const run = await createTestRunContext()
  t.after(() => run.close())
  const task = {
    ...{ inputFiles: { terraform: FAKE, 'main.tf': '# {{ flow.id }}' }, env: { TF_IN_AUTOMATION: 'true' } },
    ...{ beforeCommands: ['chmod +x terraform', 'PATH=.:$PATH', 'terraform init'], outputFiles: ['*.tfstate'] },
  }

  const good = await runTask(terraformCli, { ...task, commands: ['terraform plan', 'terraform apply'] }, run)
  const bad = await runTask(terraformCli, { ...task, commands: ['terraform destroy', 'echo never'] }, run)

  assert.equal(good.state, 'SUCCESS', good.message)
  assert.ok('terraform.tfstate' in (good.outputs['outputFiles'] as object))
  assert.equal(bad.state, 'FAILED')
  const lines = run.logs.map(({ message }) => message)
  for (const step of ['init', 'plan', 'apply', 'destroy']) assert.ok(lines.includes(`terraform ${step} in true`), step)
  assert.ok(!lines.includes('never'))
})
