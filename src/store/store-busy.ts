/** More was asked of the history than it can answer in time. Ask again in a few seconds. */
export class StoreBusy extends Error {
  constructor() {
    super('too many questions about the history are waiting already')
    this.name = 'StoreBusy'
  }
}
