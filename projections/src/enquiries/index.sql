create unique index enquiry_place on enquiry (person, made_at, position);
create index enquiry_receipt on enquiry (receipt);
