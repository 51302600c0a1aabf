-- Consents that banks brought through the Commercial Data Interchange, by its number and ours.
create table exchange_cdi_consents (
  realm    text not null,
  cdi_id   text not null,
  consent  text not null,
  consumer text not null,
  at       text not null,
  primary key (realm, cdi_id)
);
create index exchange_cdi_consents_consent on exchange_cdi_consents (realm, consent);
