using System.Runtime.Versioning;
using Waybill.Portal.Tests.Support;

[assembly: AssemblyFixture(typeof(PortalServer))]
[assembly: SupportedOSPlatform("linux")]
