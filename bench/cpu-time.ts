/**
 * CPU time that this process has used, in milliseconds, all of its threads together (so the collector's
 * too). A busy neighbour on the machine disturbs it far less than the time on the wall.
 */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
