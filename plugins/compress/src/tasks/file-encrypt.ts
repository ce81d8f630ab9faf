import { defineTask, p, renderAll } from '@batuta/plugin-sdk'
import { fromFile } from './compression-property.ts'
import { DERIVATIONS, seal } from './sealed-file.ts'

export const fileEncrypt = defineTask({
  type: 'io.kestra.plugin.compress.FileEncrypt',
  title: 'Encrypt a file with a password.',
  description:
    'AES-256-GCM: who changes a byte of the file, or has another password, gets nothing out of it. FileDecrypt reads it.',
  properties: {
    from: fromFile,
    password: p
      .string()
      .dynamic()
      .required()
      .secret()
      .group('connection')
      .title('The password; take it from a secret.'),
    iterations: p.integer().dynamic().default(600000).group('advanced').title('Rounds of PBKDF2.'),
    keyDerivation: p
      .enum(...DERIVATIONS)
      .dynamic()
      .default('PBKDF2_SHA256')
      .group('advanced')
      .title('How the key is made of the password.'),
    memory: p.integer().dynamic().default(65536).group('advanced').title('Memory that Argon2 takes, in KiB.'),
    parallelism: p.integer().dynamic().default(1).group('advanced').title('Lanes of Argon2.'),
    argon2TimeCost: p.integer().dynamic().default(3).group('advanced').title('Passes of Argon2.'),
  },
  outputs: [{ name: 'uri', type: 'uri', description: 'The encrypted file.' }],
  examples: [
    {
      title: 'Encrypt a file before it leaves the house.',
      full: true,
      code: `id: encrypt_file
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: encrypt
    type: io.kestra.plugin.compress.FileEncrypt
    from: "{{ inputs.file }}"
    password: "{{ secret('FILE_PASSWORD') }}"
`,
    },
  ],
  async run(ctx, props) {
    const {
      from,
      password,
      iterations,
      keyDerivation: kind,
      memory,
      parallelism,
      argon2TimeCost,
    } = await renderAll(props)
    ctx.mask(password)
    const rounds = kind === 'ARGON2ID' ? argon2TimeCost : iterations
    const bytes = seal(await ctx.files.open(from), password, { kind, rounds, memoryKiB: memory, parallelism })
    return { uri: await ctx.files.put(bytes, { extension: '.enc' }) }
  },
})
