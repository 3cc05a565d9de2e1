// Node 20 gives a thread no loader of its own by its flags: it registers that of TypeScript itself.
import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
