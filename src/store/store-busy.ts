/** The history can't answer in time: too much is asked of it, or its database is away. Ask again in a few seconds. */
export class StoreBusy extends Error {
  constructor(
    because = 'too many questions about the history are waiting already',
    options?: ErrorOptions,
  ) {
    super(because, options)
    this.name = 'StoreBusy'
  }
}
