// Stands for two reservation systems.
class SoldOut extends Error {
  constructor(message) {
    super(message);
    this.name = 'SoldOut';
  }
}

exports.flight = async (trip) => {
  if (trip.flight === 'full') throw new SoldOut(`no seat on ${trip.flight}`);
  return { seat: `${trip.flight}-12A` };
};

exports.cancelFlight = async (trip) => ({ cancelled: trip.id });

exports.hotel = async (trip) => {
  if (trip.hotel === 'full') throw new SoldOut(`no room in ${trip.hotel}`);
  return { room: `${trip.hotel}-101` };
};

exports.cancelHotel = async (trip) => ({ cancelled: trip.id });
