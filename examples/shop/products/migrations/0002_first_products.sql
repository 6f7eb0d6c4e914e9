-- What the shop opens with.
INSERT INTO products (id, name, description, price_minor, currency) VALUES
    (1, 'Espresso beans, 1 kg', 'A dark roast from Sidamo and Minas Gerais.', 1890, 'EUR'),
    (2, 'Filter papers, 100 pieces', 'Unbleached, for four cups.', 349, 'EUR'),
    (3, 'Hand grinder', 'Conical burrs of steel, for espresso and for filter coffee.', 7495, 'EUR'),
    (4, 'Filter coffee, 500 g', 'A light roast that tastes of berries.', 1150, 'EUR'),
    (5, 'Kettle', 'One litre, with the neck of a goose.', 5900, 'EUR');
