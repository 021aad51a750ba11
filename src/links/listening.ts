import { VescError } from '../base/errors';

/** Why nothing can be offered at `address`, the usual reason in plain words. */
export function cannotListen(address: string, error: NodeJS.ErrnoException): VescError<'cannot-listen'> {
  const reason = error.code === 'EADDRINUSE' ? 'another program listens there' : error.message;
  return new VescError('cannot-listen', { address, reason }, { cause: error });
}
