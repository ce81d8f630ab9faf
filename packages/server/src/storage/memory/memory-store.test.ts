import { storeContract } from '../contract.ts'
import { openMemoryStore } from './memory-store.ts'
import { newTables } from './tables.ts'

storeContract({
  name: 'memory',
  open: async () => {
    const tables = newTables()
    let atMs = 0
    const open = () => openMemoryStore(tables, () => atMs)
    return { store: open(), reopen: async () => open(), setNow: nowMs => void (atMs = nowMs) }
  },
})
