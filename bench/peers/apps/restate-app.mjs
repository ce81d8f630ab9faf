// The service under test: every step is one ctx.run, awaited before the next.
import { createEndpointHandler, service } from '@restatedev/restate-sdk'
import { createServer } from 'node:http2'

const bench = service({
  name: 'bench',
  handlers: {
    three: async ctx => {
      const first = await ctx.run('first', () => 'one')
      const second = await ctx.run('second', () => `${first} two`)
      return await ctx.run('third', () => `${second} three`)
    },
    two: async ctx => {
      const message = await ctx.run('message', () => 'Hello World')
      await ctx.run('log', () => message)
    },
  },
})

createServer(createEndpointHandler({ services: [bench] })).listen(Number(process.env.PORT), '127.0.0.1')
