export { openIbkrGateway } from './gateway.ts';
