// What the service does with its own table, `guests` (migrations/0001_guests.sql).
#pragma once

#include <skep/json.hpp>
#include <skep/message.hpp>
#include <skep/sql.hpp>

// POST /guests {"name": "Ada"}: durable once it is answered.
inline skep::Response add_guest(const skep::Request& request) {
    const auto body = request.json();
    const skep::Json* const name = body ? body->find("name") : nullptr;
    if (!name || !name->as_string() || name->as_string()->empty())
        return skep::Response::problem(400, "name_missing", R"(the body is no {"name": "…"})");
    const auto added = skep::sql::execute("INSERT INTO guests (name) VALUES (?)", *name->as_string());
    if (!added)
        return skep::Response::problem(added.error(), added.error().code == "constraint" ? 409 : 500);
    return skep::Response::json(skep::Json::object({{"id", added->last_insert_id}, {"name", *name}}), 201);
}

// GET /guests
inline skep::Response list_guests(const skep::Request&) {
    const auto guests = skep::sql::query("SELECT id, name FROM guests ORDER BY id");
    return guests ? skep::Response::json(skep::sql::to_json(*guests)) : skep::Response::problem(guests.error());
}
