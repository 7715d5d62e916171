// Makes the replica set and its users, once; at each later start there is nothing to do.
// mongosh runs it inside the network of mongo-1, as localhost: until there is a first
// user, MongoDB lets localhost make the set and that user without a password.
//   mongosh --quiet mongodb://127.0.0.1:27017/?directConnection=true init.js
/* global db, rs, connect, sleep */
const fs = require("fs");
const secret = (name) => fs.readFileSync(`/secrets/mongo/${name}`, "utf8").trim();
const hosts = ["mongo-1:27017", "mongo-2:27017", "mongo-3:27017"];

function loggedIn() {
  try {
    return Boolean(db.getSiblingDB("admin").auth("admin", secret("admin")).ok);
  } catch (refused) {
    return false;
  }
}

function waitFor(what, done) {
  for (let tries = 0; tries < 120; tries++) {
    if (done()) return;
    sleep(1000);
  }
  throw new Error(`not within two minutes: ${what}`);
}

function initiate() {
  try {
    rs.initiate({ _id: "rs0", members: hosts.map((host, _id) => ({ _id, host, priority: _id === 0 ? 2 : 1 })) });
  } catch (refused) {
    if (refused.codeName !== "AlreadyInitialized") throw refused;
  }
}

if (!loggedIn()) {
  initiate();
  waitFor("mongo-1 is the primary", () => db.hello().isWritablePrimary);
  db.getSiblingDB("admin").createUser({ user: "admin", pwd: secret("admin"), roles: ["root"] });
}

// From here on it is whoever is the primary that is asked.
const set = connect(`mongodb://admin:${secret("admin")}@${hosts.join(",")}/seathold?replicaSet=rs0&authSource=admin`);
if (!set.getUser("seathold")) {
  // Its collections and their indexes, in its own database and nothing else.
  set.createUser({ user: "seathold", pwd: secret("password"), roles: [{ role: "readWrite", db: "seathold" }] });
}
