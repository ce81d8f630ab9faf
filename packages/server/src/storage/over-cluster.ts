import { trust } from '@batuta/core'
import type { Cluster } from './cluster.ts'

type AnyMethod = (...args: readonly unknown[]) => unknown

/** The cluster with some of its methods replaced; whatever else it can do passes through. */
export function overCluster(cluster: Cluster, replaced: Partial<Cluster>): Cluster {
  return new Proxy(cluster, {
    get: (target, name) => {
      const own: unknown = Reflect.get(replaced, name)
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? trust<AnyMethod>(value).bind(target) : value
    },
  })
}
