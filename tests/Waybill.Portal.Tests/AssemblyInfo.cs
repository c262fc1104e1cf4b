using Waybill.Portal.Tests.Support;

[assembly: AssemblyFixture(typeof(PortalServer))]
