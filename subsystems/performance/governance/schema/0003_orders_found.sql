-- What is searched of an order, folded as the search folds it; its value in millionths of a thousand
-- dollars, which sorts, below nought where it is not known; and the orders in which lists show them.
alter table performance_governance_orders add column folded text not null default '';
alter table performance_governance_orders add column worth bigint not null default -1;
create index performance_governance_orders_newest on performance_governance_orders (realm, year desc, department, reference, outsourced);
create index performance_governance_orders_oldest on performance_governance_orders (realm, year, department, reference);
create index performance_governance_orders_department on performance_governance_orders (realm, department, year desc, reference, outsourced);
create index performance_governance_orders_last_department on performance_governance_orders (realm, department desc, year desc, reference);
create index performance_governance_orders_least on performance_governance_orders (realm, worth, year desc, department, reference, id);
create index performance_governance_orders_most on performance_governance_orders (realm, worth desc, year desc, department, reference, id);
create index performance_governance_orders_in_house on performance_governance_orders (realm, outsourced, year desc, department, reference, id);
create index performance_governance_orders_outsourced on performance_governance_orders (realm, outsourced desc, year desc, department, reference, id);
create index performance_governance_orders_unfolded on performance_governance_orders (realm, id) where folded = '';
