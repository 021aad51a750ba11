import { ExitStatus } from '../base/errors';

process.stderr.write('Usage: vesc <command> [--port PORT] [--json]\n');
process.exitCode = ExitStatus.usage;
