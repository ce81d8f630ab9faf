// Tasks that misbehave in one way each, for the tests of the host.
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTask, Ending, p, TaskError } from '@batuta/plugin-sdk'

const NO_SIGNAL = Number.MAX_SAFE_INTEGER

export const testTasks = [
  defineTask({
    type: 'test.Echo',
    title: 'Gives back what it got.',
    properties: { value: p.any().dynamic(), level: p.enum('INFO', 'WARN').default('INFO') },
    async run(ctx, props) {
      const value = await props.value.render()
      ctx.logger.log(await props.level.render(), `echo ${JSON.stringify(value)}`)
      ctx.metrics.counter('calls', 1, { kind: 'echo' })
      return { value, nothing: null }
    },
  }),
  defineTask({
    type: 'test.Warn',
    title: 'Ends with a warning.',
    properties: {},
    run: () => Promise.resolve(new Ending('WARNING', { n: 1 })),
  }),
  defineTask({
    type: 'test.Fail',
    title: 'Fails with outputs.',
    properties: {},
    run: () => Promise.reject(new TaskError('it broke', { outputs: { exitCode: 3 }, cause: new Error('the reason') })),
  }),
  defineTask({
    type: 'test.Wait',
    title: 'Waits until it is stopped.',
    properties: {},
    run: ctx => sleep(NO_SIGNAL % 2 ** 31, undefined, { signal: ctx.signal }),
  }),
  defineTask({
    type: 'test.Stubborn',
    title: 'Does not listen.',
    properties: {},
    run: () => sleep(60_000, undefined, { ref: false }),
  }),
  defineTask({
    type: 'test.Loose',
    title: 'Forgets a promise that fails and a timer that throws.',
    properties: {},
    async run() {
      void Promise.reject(new Error('forgotten promise'))
      setTimeout(() => {
        throw new Error('forgotten timer')
      }, 1)
      await sleep(50)
      return { survived: true }
    },
  }),
  defineTask({
    type: 'test.Large',
    title: 'Gives large outputs.',
    properties: { size: p.integer().required() },
    run: async (_ctx, props) => ({ text: 'x'.repeat(await props.size.render()) }),
  }),
  defineTask({
    type: 'test.Function',
    title: 'Gives what is no data.',
    properties: {},
    run: () => Promise.resolve({ callback: () => 1 }),
  }),
  defineTask({
    type: 'test.Secret',
    title: 'Asks for a secret and logs it.',
    properties: {},
    async run(ctx) {
      const secret = await ctx.ports.ask('secret', { key: 'TOKEN' })
      ctx.mask(String(secret))
      ctx.logger.info(`the token is ${String(secret)}`)
    },
  }),
  defineTask({
    type: 'test.Shell',
    title: 'Runs a command.',
    properties: { script: p.string().required() },
    async run(ctx, props) {
      const result = await ctx.runCommand({
        argv: ['/bin/sh', '-c', await props.script.render()],
        env: new Map(),
        cwd: await ctx.workingDir.path(),
        onLine: async line => {
          ctx.logger.info(line.text)
          await ctx.logger.ready()
        },
      })
      return { exitCode: result.exitCode }
    },
  }),
]
