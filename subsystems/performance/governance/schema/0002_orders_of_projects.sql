-- A project's page lists its orders.
create index performance_governance_orders_project on performance_governance_orders (realm, project) where project <> '';
