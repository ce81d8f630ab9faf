import { proxyActivities } from '@temporalio/workflow'

const { append } = proxyActivities({ startToCloseTimeout: '1 minute' })

export async function three() {
  const first = await append('', 'one')
  const second = await append(first, ' two')
  return await append(second, ' three')
}

export async function two() {
  const message = await append('Hello', ' World')
  await append(message, '')
}
