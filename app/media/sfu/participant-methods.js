/** The methods that are open to a participant. */

import { method } from './methods.js';
import { participantData } from './schemas.js';

/**
 * @template {import('zod').ZodType} S
 * @param {S} schema
 * @param {(role: import('./participant.js').Participant, data: import('zod').output<S>) => object | Promise<object>} run
 */
const on = (schema, run) => method(schema, run);

export const METHODS = new Map(Object.entries({
  renew: on(participantData.renew, (role, { token }) => role.renew(token)),
  stay: on(participantData.stay, (role) => role.stay()),
  raiseHand: on(participantData.raiseHand, (role) => role.raiseHand()),
  lowerHand: on(participantData.lowerHand, (role, { participant }) => role.lowerHand(participant)),
  lowerHands: on(participantData.lowerHands, (role) => role.lowerHands()),
  endTurn: on(participantData.endTurn, (role, { participant }) => role.endTurn(participant)),
  interpret: on(participantData.interpret, (role, { pair }) => role.interpret(pair)),
  stopInterpreting: on(participantData.stopInterpreting, (role) => role.stopInterpreting()),
  createTransport: on(participantData.createTransport, ({ transports }, { direction }) => transports.create(direction)),
  connectTransport: on(participantData.connectTransport, ({ transports }, data) => transports.connect(data)),
  restartIce: on(participantData.restartIce, ({ transports }, { transportId }) => transports.restartIce(transportId)),
  produce: on(participantData.produce, (role, data) => role.produce(data)),
  pauseProducer: on(participantData.pauseProducer, (role, { producerId }) => role.setPaused(producerId, true)),
  resumeProducer: on(participantData.resumeProducer, (role, { producerId }) => role.setPaused(producerId, false)),
  closeProducer: on(participantData.closeProducer, (role, { producerId }) => role.closeProducer(producerId)),
  setUntranslated: on(participantData.setUntranslated, (role, { producerId, untranslated }) => role.setUntranslated(producerId, untranslated)),
  consume: on(participantData.consume, (role, data) => role.consume(data)),
  pauseConsumer: on(participantData.pauseConsumer, ({ transports }, { consumerId }) => transports.setPaused(consumerId, true)),
  resumeConsumer: on(participantData.resumeConsumer, ({ transports }, { consumerId }) => transports.setPaused(consumerId, false)),
  preferLayer: on(participantData.preferLayer, ({ transports }, { consumerId, layer }) => transports.preferLayer(consumerId, layer)),
  closeConsumer: on(participantData.closeConsumer, ({ transports }, { consumerId }) => transports.closeConsumer(consumerId)),
  type: on(participantData.type, (role, data) => role.type(data)),
}));
